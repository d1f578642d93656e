import { type PrepareAction, SESSION_ACTIONS, type SessionAction } from '../blend/index.ts';
import { InvalidArgumentError } from '../error/index.ts';
import { expandModelAliases, type ModelAliases } from '../spec/model-alias.ts';
import type { ModelChoice } from '../spec/model-choice.ts';
import { checkOptions } from '../util/check-options.ts';
import { OPTIONS_OF_ACTION } from './option-tables.ts';

/** Makes what checks the actions of a session, and replaces the aliases in them. */
export function actionPreparer(aliases: ModelAliases): PrepareAction {
  return (action) => {
    const { type, ...fields } = action;
    if (!Object.hasOwn(OPTIONS_OF_ACTION, type)) {
      const message = `expected one of: ${SESSION_ACTIONS.join(', ')}.`;
      throw new InvalidArgumentError({ parameter: 'type of the action', value: type, message });
    }
    checkOptions(type, fields, OPTIONS_OF_ACTION[type]);
    return withoutAliases(action, aliases) as typeof action;
  };
}

function withoutAliases(action: SessionAction, aliases: ModelAliases): SessionAction {
  const expand = (choice: ModelChoice) => expandModelAliases(aliases, { models: [choice] }).models[0] ?? choice;
  switch (action.type) {
    case 'add':
      return { ...action, member: expand(action.member) };
    case 'change': {
      const { model } = action.change;
      if (model === undefined) return action;
      const entry = expand({ ...action.change, model });
      return typeof entry === 'object' && 'model' in entry ? { ...action, change: entry } : action;
    }
    case 'fuse':
      return { ...action, settings: expandModelAliases(aliases, action.settings ?? {}) };
    default:
      return action;
  }
}
