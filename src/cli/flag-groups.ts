import type { Command } from 'commander';

/** Flags that are declared together. */
export interface FlagGroup<VALUES extends object> {
  /** Declares them on a command. */
  readonly declare: (command: Command) => unknown;
  /** What they give. For types alone. */
  readonly values?: VALUES;
}

/** What flags give. Each is named, so that an object that lost one on its way does not compile. */
export type Given<VALUES extends object> = {
  readonly [NAME in keyof VALUES]-?: VALUES[NAME] | undefined;
};

type AnyGroup = FlagGroup<object>;

/** What several groups give together. */
type ValuesOf<GROUPS extends readonly AnyGroup[]> = GROUPS extends readonly [
  FlagGroup<infer VALUES>,
  ...infer REST extends readonly AnyGroup[],
]
  ? VALUES & ValuesOf<REST>
  : unknown;

/** Makes a group of the flags of an interface. */
export function flagGroup<VALUES extends object>(declare: (command: Command) => unknown): FlagGroup<Given<VALUES>> {
  return { declare };
}

/** Declares groups on a command, in the order of its help. Its action is given just what they give, before its arguments. */
export function withFlags<const GROUPS extends readonly AnyGroup[]>(
  command: Command,
  ...groups: GROUPS
): {
  action<ARGUMENTS extends readonly unknown[]>(
    act: (flags: ValuesOf<GROUPS>, ...given: ARGUMENTS) => Promise<void>,
  ): void;
} {
  for (const { declare } of groups) declare(command);
  return {
    action<ARGUMENTS extends readonly unknown[]>(act: (flags: ValuesOf<GROUPS>, ...given: ARGUMENTS) => Promise<void>) {
      // Commander gives the arguments, the flags, and itself.
      command.action((...given: unknown[]) =>
        act(command.opts() as ValuesOf<GROUPS>, ...(given.slice(0, -2) as unknown as ARGUMENTS)),
      );
    },
  };
}
