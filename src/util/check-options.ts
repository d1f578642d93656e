import { InvalidArgumentError } from '../error/index.ts';
import { closestName } from '../util/suggest.ts';
import { isObject } from './is-object.ts';

/** Checks the type of an option. @throws InvalidArgumentError */
export interface OptionKind {
  (parameter: string, value: unknown): void;
  /** Whether undefined is checked too. */
  readonly isRequired?: boolean;
}

/** A kind for each option of a function; one that is missing does not compile. */
export type OptionKinds<OPTIONS> = Readonly<Record<Exclude<KeysOf<OPTIONS>, InternalOption>, OptionKind>>;

/** Given to functions by this package itself. */
type InternalOption = 'resources' | 'budget' | 'conversation';

/** Keys of all forms of a union. */
type KeysOf<OPTIONS> = OPTIONS extends unknown ? keyof OPTIONS : never;

/**
 * Checks what a function was given, before anything is done with it.
 *
 * @throws InvalidArgumentError for what is no object, an unknown option with the one that was probably meant, and a
 * value of another type.
 */
export function checkOptions(
  what: string,
  given: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
): asserts given is object {
  if (!isObject(given)) {
    throw new InvalidArgumentError({ parameter: `options of ${what}`, value: given, message: 'expected an object.' });
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(kinds, name)) throw unknownOption(what, name, Object.keys(kinds));
  }
  checkFields(given, kinds, '');
}

function checkFields(given: object, kinds: Readonly<Record<string, OptionKind>>, prefix: string): void {
  for (const [name, check] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(given, name);
    if (value !== undefined || check.isRequired === true) check(`${prefix}${name}`, value);
  }
}

function unknownOption(what: string, name: string, known: readonly string[]): InvalidArgumentError {
  const near = closestName(name, known);
  const suggestion = near === undefined ? `It takes ${known.join(', ')}.` : `Did you mean ${near}?`;
  return new InvalidArgumentError({
    parameter: `option of ${what}`,
    value: name,
    message: `there is no such option. ${suggestion}`,
  });
}

function kind(expected: string, has: (value: unknown) => boolean): OptionKind {
  return (parameter, value) => {
    if (!has(value)) throw new InvalidArgumentError({ parameter, value, message: `expected ${expected}.` });
  };
}

export const aText = kind('a text', (value) => typeof value === 'string');
export const aList = kind('an array', Array.isArray);
export const anObject = kind('an object', isObject);
export const aFlag = kind('true or false', (value) => typeof value === 'boolean');
export const aFlagOrObject = kind(
  'true, false, or an object',
  (value) => typeof value === 'boolean' || isObject(value),
);
export const aFunction = kind('a function', (value) => typeof value === 'function');
export const aSignal = kind('an AbortSignal', (value) => value instanceof AbortSignal);

/** Where the value is used, it is checked more closely. */
export const anything = kind('a value', (value) => value !== null);

export const anObjectWith = (method: string): OptionKind =>
  kind(`an object with ${method}`, (value) => hasMethod(value, method));

export const hasMethod = (value: unknown, method: string): boolean =>
  isObject(value) && typeof Reflect.get(value, method) === 'function';

/** An option that must be given. */
export function required(check: OptionKind): OptionKind {
  return Object.assign((parameter: string, value: unknown) => check(parameter, value), { isRequired: true });
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): OptionKind {
  return kind(`one of: ${texts.join(', ')}`, (value) => texts.includes(value as string));
}

/** A text, or an array each of whose entries is checked. */
export function aTextOrListOf(entry: OptionKind): OptionKind {
  return (parameter, value) => {
    if (typeof value === 'string') return;
    if (!Array.isArray(value)) kind('a text or an array', () => false)(parameter, value);
    aListOf(entry)(parameter, value);
  };
}

/** An array, each of whose entries is checked. */
export function aListOf(entry: OptionKind): OptionKind {
  return (parameter, value) => {
    aList(parameter, value);
    for (const [index, one] of (value as readonly unknown[]).entries()) entry(`${parameter}[${index}]`, one);
  };
}

/** An object by names, each of whose values is checked. */
export function aRecordOf(entry: OptionKind): OptionKind {
  return (parameter, value) => {
    anObject(parameter, value);
    for (const [name, one] of Object.entries(value as object)) entry(`${parameter}.${name}`, one);
  };
}

/** A name, an object with one of some methods, or options of which `key` is one. */
export function aChoice(
  what: string,
  { methods, key, kinds }: { methods: readonly string[]; key: string; kinds: Readonly<Record<string, OptionKind>> },
): OptionKind {
  const expected = `a name, ${what}, or { ${key} } with settings`;
  return (parameter, value) => {
    if (typeof value === 'string' || methods.some((method) => hasMethod(value, method))) return;
    if (isObject(value) && key in value) checkOptions(parameter, value, kinds);
    else throw new InvalidArgumentError({ parameter, value, message: `expected ${expected}.` });
  };
}

/** An object with certain fields, among others. */
export function anObjectOf(fields: Readonly<Record<string, OptionKind>>): OptionKind {
  return (parameter, value) => {
    anObject(parameter, value);
    checkFields(value as object, fields, `${parameter}.`);
  };
}

/** An object of options. */
export function optionsOf(kinds: Readonly<Record<string, OptionKind>>): OptionKind {
  return (parameter, value) => checkOptions(parameter, value, kinds);
}
