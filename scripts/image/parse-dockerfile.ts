/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** Flags such as `--from=build`, by their name. */
  readonly flags: Readonly<Record<string, string>>;
  /** The rest, continued lines joined, variables not replaced. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** A stage, which begins with its `FROM`. */
export interface Stage {
  readonly name: string | undefined;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile. */
export interface Dockerfile {
  /** Values of the `ARG`s before the first stage. */
  readonly args: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile, as far as ours goes: no heredocs, no escape directive. @throws for what is none. */
export function parseDockerfile(text: string): Dockerfile {
  const args: Record<string, string> = {};
  const stages: { name: string | undefined; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.name === 'FROM') {
      const [, base = '', name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text) ?? [];
      if (base === '') throw new Error(`line ${instruction.line}: FROM names no image`);
      stages.push({ name, base: withVariables(base, args), instructions: [] });
    } else if (stage !== undefined) {
      stage.instructions.push(instruction);
    } else if (instruction.name === 'ARG') {
      const [name = '', value = ''] = instruction.text.split(/=(.*)/s);
      args[name] = value;
    } else {
      throw new Error(`line ${instruction.line}: ${instruction.name} stands before the first FROM`);
    }
  }
  if (stages.length === 0) throw new Error('there is no FROM');
  return { args, stages };
}

/** Replaces `$NAME` and `${NAME}`; a name that is not known stays. */
export function withVariables(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)\}|\$(\w+)/g, (whole, braced?: string, plain?: string) => {
    return values[braced ?? plain ?? ''] ?? whole;
  });
}

/** The pairs of an `ENV`. */
export function variablesOf({ text }: Instruction): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|\S+)/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value.replaceAll(/^"|"$/g, '')]));
}

const KNOWN =
  /^(FROM|ARG|RUN|COPY|ENV|WORKDIR|USER|VOLUME|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD|LABEL|STOPSIGNAL)\s+(.*)$/is;

function instructionsOf(text: string): readonly Instruction[] {
  const instructions: Instruction[] = [];
  let open = '';
  let from = 0;
  for (const [index, row] of text.split('\n').entries()) {
    if (row.trim().startsWith('#') || (open === '' && row.trim() === '')) continue;
    if (open === '') from = index + 1;
    open += row.trim();
    if (open.endsWith('\\')) {
      open = `${open.slice(0, -1).trimEnd()} `;
      continue;
    }
    instructions.push(toInstruction(open, from));
    open = '';
  }
  if (open !== '') throw new Error(`line ${from}: an instruction has no end`);
  return instructions;
}

function toInstruction(row: string, line: number): Instruction {
  const [, name = '', rest = ''] = KNOWN.exec(row) ?? [];
  if (name === '') throw new Error(`line ${line}: no instruction that is known: ${row}`);
  const flags: Record<string, string> = {};
  let text = rest.trim();
  for (;;) {
    const [flag = '', key = '', value = ''] = /^--([\w-]+)=(\S+)\s+/.exec(text) ?? [];
    if (flag === '') break;
    flags[key] = value;
    text = text.slice(flag.length);
  }
  return { name: name.toUpperCase(), flags, text, line };
}
