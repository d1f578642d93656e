import { useState } from 'react';
import { estimateAction, estimateStart, questionBody } from '../api/blends-client.ts';
import type { Estimate } from '../api/choices.ts';
import { usePage } from '../state/page-context.ts';
import { type Team, teamSettings } from '../state/team.ts';
import { S } from '../strings.ts';
import { type Attachment, questionContent } from './attachments.ts';

/** What the question would take. Nothing is sent to a model. */
export function EstimateButton({
  question,
  attachments,
  team,
  continuing,
}: {
  readonly question: string;
  readonly attachments: readonly Attachment[];
  readonly team: Team;
  readonly continuing: string | undefined;
}) {
  const session = usePage().entry?.session;
  const [shown, show] = useState<{ readonly for: string; readonly words: string }>();
  const text = question.trim();
  // An estimate is for what was asked then.
  const key = JSON.stringify([text, attachments.map(({ id }) => id), team, continuing]);
  const estimate = async () => {
    show({ for: key, words: S.composer.estimating });
    const content = questionContent(text, attachments);
    const words = await (
      continuing !== undefined && session !== undefined
        ? estimateAction(session, { type: 'continue', from: continuing, question: content })
        : estimateStart({ ...questionBody(content), ...teamSettings(team) })
    ).then(inWords, (error: unknown) => S.server.failed(error instanceof Error ? error.message : String(error)));
    show({ for: key, words });
  };
  return (
    <>
      <button
        type="button"
        className="quiet"
        title={S.composer.estimateTitle}
        disabled={text === ''}
        onClick={() => void estimate()}
      >
        {S.composer.estimate}
      </button>
      <span className="muted" role="status">
        {shown?.for === key ? shown.words : ''}
      </span>
    </>
  );
}

function inWords({ calls, cost }: Estimate): string {
  const price =
    cost === undefined ? S.cost.unknown : S.cost.fromTo(S.cost.dollars(cost.atLeast), S.cost.dollars(cost.atMost));
  return S.cost.estimate(S.cost.range(calls.atLeast, calls.atMost), price);
}
