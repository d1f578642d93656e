import { APICallError, type SharedV4Warning } from '@ai-sdk/provider';
import type { ParameterNames, SystemRole } from '../spec/providers.ts';
import { isObject } from '../util/is-object.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * The parameters that one model takes: what is known of its endpoint, and what it has refused so far. Parameters are
 * named as in the body of a request, and found at its top level or in one of {@link GROUPS}.
 */
export class RequestParameters {
  readonly #names: Map<string, string | false>;
  readonly #refused = new Set<string>();
  #systemRole: SystemRole;

  constructor({
    names = {},
    systemRole = 'system',
  }: { names?: ParameterNames | undefined; systemRole?: SystemRole | undefined } = {}) {
    this.#names = new Map(Object.entries(names));
    this.#systemRole = systemRole;
  }

  /** The body as the model takes it. */
  apply(body: Body): Body {
    if (this.#names.size === 0 && this.#systemRole === 'system') return body;
    const renamed = this.#rename(body);
    for (const group of GROUPS) {
      const inner = renamed[group];
      if (isObject(inner)) renamed[group] = this.#rename(inner);
    }
    const { messages } = body;
    if (this.#systemRole !== 'system' && Array.isArray(messages)) {
      renamed['messages'] = withSystemRole(messages, this.#systemRole);
    }
    return renamed;
  }

  #rename(body: Body): Record<string, unknown> {
    const entries = Object.entries(body).flatMap(([name, value]) => {
      const to = this.#names.get(name) ?? name;
      return to === false ? [] : [[to, value] as const];
    });
    return Object.fromEntries(entries);
  }

  /** What of a body is not sent, as the warnings of the AI SDK. */
  warningsOf(body: unknown): readonly SharedV4Warning[] {
    if (this.#names.size === 0 || !isObject(body)) return [];
    return fieldsOf(body)
      .filter(({ name, parameter }) => parameter.feature !== undefined && this.#names.get(name) === false)
      .map(({ name, parameter: { feature = name } }) => ({
        type: 'unsupported',
        feature,
        details: `The endpoint does not take ${name}.`,
      }));
  }

  /**
   * Learns from an error what the model does not take, so that `apply` renames it or leaves it out from now on.
   *
   * @returns whether the request is worth sending again.
   */
  learn(sent: Body, { statusCode, reason, parameter }: Refusal): boolean {
    if (statusCode === undefined || !REFUSING_STATUSES.has(statusCode)) return false;
    if (SYSTEM_REFUSED.test(reason) && hasSystemMessage(sent)) {
      this.#systemRole = 'user';
      return true;
    }
    if (!REFUSED.test(reason) || OUT_OF_RANGE.test(reason)) return false;
    const fields = fieldsOf(sent);
    const steps = parameter?.split(/[.[\]]+/) ?? [];
    const mentioned = fields.filter(({ names }) => names.some((name) => mentions(reason, name)));
    // Of two that exclude each other, the second is left out.
    const field =
      fields.find(({ names }) => names.some((name) => steps.includes(name))) ??
      (CONFLICT.test(reason) ? mentioned.at(-1) : mentioned[0]);
    if (field === undefined) return false;
    this.#refuse(field, reason);
    return true;
  }

  #refuse({ name, parameter }: Field, reason: string): void {
    this.#refused.add(name);
    // The same name in the other spelling is no other name.
    const others = parameter.names.filter((other) => !this.#refused.has(other) && snakeCase(other) !== snakeCase(name));
    const wanted =
      others.find((other) => mentions(reason, other)) ?? others.find((other) => other === USUAL_NAMES[name]);
    const original = [...this.#names].find(([, to]) => to === name)?.[0] ?? name;
    this.#names.set(original, wanted ?? false);
    if (wanted === undefined) for (const along of parameter.along ?? []) this.#names.set(along, false);
  }
}

/** What is known of an error that may be the refusal of a parameter. */
export interface Refusal {
  readonly statusCode: number | undefined;
  /** The server's own. */
  readonly reason: string;
  /** The parameter that the server names beside its reason, such as `response_format.type`. */
  readonly parameter: string | undefined;
}

/** An error reply as a {@link Refusal}. */
export function toRefusal(error: Error): Refusal {
  if (!APICallError.isInstance(error)) return { statusCode: undefined, reason: error.message, parameter: undefined };
  return {
    statusCode: error.statusCode,
    reason: error.message,
    parameter: /"param"\s*:\s*"([^"]+)"/.exec(error.responseBody ?? '')?.[1],
  };
}

/** Objects in a body that hold parameters: of Gemini, and of OpenAI's responses. */
const GROUPS = ['generationConfig', 'text'] as const;

/** A parameter that a request can do without. */
interface Parameter {
  /** Its names in the APIs. */
  readonly names: readonly string[];
  /** Its name in the warnings of the AI SDK; none where no caller asked for it. */
  readonly feature?: string;
  /** Parameters without a use where this one is left out. */
  readonly along?: readonly string[];
}

/** Without log-probabilities: who asks for them, as a judge does, has a better way to go on. */
const PARAMETERS: readonly Parameter[] = [
  {
    names: ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxOutputTokens'],
    feature: 'maxOutputTokens',
  },
  { names: ['temperature'], feature: 'temperature' },
  { names: ['top_p', 'topP'], feature: 'topP' },
  { names: ['top_k', 'topK'], feature: 'topK' },
  { names: ['stop', 'stop_sequences', 'stopSequences'], feature: 'stopSequences' },
  { names: ['seed', 'random_seed'], feature: 'seed' },
  { names: ['frequency_penalty', 'frequencyPenalty'], feature: 'frequencyPenalty' },
  { names: ['presence_penalty', 'presencePenalty'], feature: 'presencePenalty' },
  { names: ['response_format'], feature: 'responseFormat' },
  { names: ['format'], feature: 'responseFormat' },
  { names: ['responseJsonSchema'], feature: 'responseFormat' },
  { names: ['responseSchema'], feature: 'responseFormat' },
  { names: ['responseMimeType'], feature: 'responseFormat', along: ['responseSchema', 'responseJsonSchema'] },
  { names: ['reasoning_effort'], feature: 'reasoning' },
  { names: ['stream_options'] },
  { names: ['stream'], along: ['stream_options'] },
];

/** What to try where a server refuses a name and says no other. */
const USUAL_NAMES: Readonly<Record<string, string>> = { max_tokens: 'max_completion_tokens' };

/** Other words by which servers name a parameter. */
const WORDS: Readonly<Record<string, RegExp>> = {
  stream: /['"`]stream['"`]|\bstreaming\b/i,
  stop: /\bstop:|: stop\b|['"`]stop['"`]|\bstop (?:sequences?|parameter|is)\b|\bparameter:? stop\b/i,
  format: /\btext\.format\b|\bjson_(?:schema|object)\b/i,
  response_format: /\bresponse[_ ]format\b|\bjson_(?:schema|object)\b|\bguided_json\b|\bstructured outputs?\b/i,
  responseMimeType: /\bjson mode\b|\bresponse[_ ]?mime[_ ]?type\b/i,
  responseJsonSchema: /\bjson mode\b|\bresponse[_ ]?(?:json[_ ]?)?schema\b/i,
  seed: /\bseed\b(?![-/])/i,
  frequencyPenalty: /\bfrequency[_ ]?penalty\b|\bpenalty is\b/i,
  presencePenalty: /\bpresence[_ ]?penalty\b|\bpenalty is\b/i,
};

/** Statuses with which servers refuse a parameter; the last two where they fall over it. */
const REFUSING_STATUSES = new Set([400, 422, 500, 501]);

/** That a parameter is refused, and not a value that another one could replace. */
const REFUSED = new RegExp(
  [
    String.raw`(?:not|n['’]t|no longer) (?:be )?(?:currently )?(?:support|permit|allow|implement|accept|available|enabled|recogni[sz]ed|both|used?\b|specified|set\b|combined|work|have\b|take\b)`,
    String.raw`\b(?:unsupported|unavailable|unrecognized|unknown|unexpected|deprecated|incompatible|exclusive)\b`,
    String.raw`\bextra\b.{0,20}\b(?:inputs?|fields?|parameters?)\b`,
    String.raw`\b(?:invalid|not a valid|no such) (?:parameter|argument|field|name)\b`,
    String.raw`\bresponse_format\b.*\bmust be\b`,
    String.raw`\bjson_\w+\b.*\bsupported values\b`,
    // One value alone is the same as none.
    String.raw`\bonly\b.{0,30}\b(?:1|default)\b|\bmust be 1\b|\bonly be set to 1\b`,
    String.raw`\bmust contain the word\b`,
    String.raw`\bonly one of\b`,
  ].join('|'),
  'i',
);

const OUT_OF_RANGE =
  /\bbetween\b|\bat (?:most|least)\b|\b(?:greater|less|more|larger) than\b|\bexceeds?\b|\btoo \w+\b/i;

const CONFLICT = /\bboth\b|\bexclusive\b|\btogether\b|\bonly one of\b/i;

const SYSTEM_REFUSED = new RegExp(
  [
    String.raw`\bsystem\b.{0,60}(?:not (?:be )?|n['’]t |un)(?:support|allow|enable|permit|accept)`,
    String.raw`(?:not|n['’]t) (?:support|allow|permit|accept).{0,40}\bsystem\b`,
    String.raw`\b(?:unsupported|unknown|unexpected|invalid)\b.{0,20}\bsystem\b`,
    String.raw`\bdeveloper instruction is not enabled\b`,
    String.raw`\bonly user and assistant roles\b|\brole\b.{0,30}'user' or 'assistant'`,
    String.raw`\broles must alternate\b`,
  ].join('|'),
  'i',
);

/** A parameter in a body. */
interface Field {
  readonly name: string;
  readonly parameter: Parameter;
  /** Its name, also as messages write it. */
  readonly names: readonly string[];
}

/** The parameters in a body that a request can do without. */
function fieldsOf(body: Body): readonly Field[] {
  const groups = GROUPS.map((group) => body[group]).filter(isObject);
  return [body, ...groups].flatMap((fields) =>
    Object.keys(fields).flatMap((name) => {
      const parameter = PARAMETERS.find(({ names }) => names.includes(name));
      return parameter === undefined || fields[name] === undefined
        ? []
        : [{ name, parameter, names: [name, snakeCase(name), camelCase(name)] }];
    }),
  );
}

function mentions(reason: string, name: string): boolean {
  return (WORDS[name] ?? new RegExp(`\\b${name}\\b`, 'i')).test(reason);
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Only the first message can be sent in another role. */
function hasSystemMessage({ messages }: Body): boolean {
  const [first] = Array.isArray(messages) ? messages : [];
  return isObject(first) && first['role'] === 'system';
}

function withSystemRole(messages: readonly unknown[], role: 'developer' | 'user'): readonly unknown[] {
  const [first, ...rest] = messages;
  if (!isObject(first) || first['role'] !== 'system') return messages;
  if (role === 'developer') return [{ ...first, role }, ...rest];
  const [next, ...others] = rest;
  const { content } = first;
  if (!isObject(next) || next['role'] !== 'user') return [{ ...first, role }, ...rest];
  const joined = Array.isArray(next['content'])
    ? [{ type: 'text', text: content }, ...(next['content'] as readonly unknown[])]
    : `${String(content)}\n\n${String(next['content'])}`;
  return [{ ...next, content: joined }, ...others];
}
