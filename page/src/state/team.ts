import type { StartBody } from '../api/blends-client.ts';

/** A member of a team, with settings; undefined = as the server has it. */
export interface MemberDraft {
  readonly model: string;
  readonly samples: number;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
}

/** Who is asked, and how. */
export interface Team {
  /** A blend of the server; its models and settings are used where `members` is empty. */
  readonly blend?: string | undefined;
  readonly members: readonly MemberDraft[];
  readonly ranker?: string | undefined;
  readonly fuser?: string | undefined;
  readonly topK?: number | undefined;
  readonly fusion: boolean;
  /** In US dollars. */
  readonly maxCost?: number | undefined;
}

export const USUAL_TEAM: Team = { members: [], fusion: true };

/** The team as the settings of a session. */
export function teamSettings({ blend, members, fusion, ...rest }: Team): StartBody {
  return {
    ...(blend === undefined ? {} : { blend }),
    ...(members.length === 0 ? {} : { models: members }),
    ...(fusion ? {} : { fusion: false }),
    ...rest,
  };
}

/**
 * The team with one member for each answer, in a random order, so that the place of an answer says nothing of who wrote it.
 * A blend of the server keeps its order, which the page does not choose.
 */
export function blindTeam(team: Team, random: () => number = Math.random): Team {
  const members = team.members
    .flatMap((member) => Array.from({ length: member.samples }, () => ({ ...member, samples: 1 })))
    .map((member) => ({ member, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ member }) => member);
  return { ...team, members };
}

const NAME = 'llm-blender-teams';

/** Saved teams by name, in this browser. */
export const savedTeams = {
  all: (): Readonly<Record<string, Team>> => {
    try {
      return JSON.parse(localStorage.getItem(NAME) ?? '{}') as Record<string, Team>;
    } catch {
      return {};
    }
  },
  save: (name: string, team: Team): void =>
    localStorage.setItem(NAME, JSON.stringify({ ...savedTeams.all(), [name]: team })),
  remove: (name: string): void => {
    const { [name]: _removed, ...rest } = savedTeams.all();
    localStorage.setItem(NAME, JSON.stringify(rest));
  },
};
