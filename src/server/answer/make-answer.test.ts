import { expect, test } from 'vitest';
import { createBlender } from '../../index.ts';
import { fakeBlend } from '../__fixtures__/fake-server.ts';
import { ChatForm } from '../chat/chat-form.ts';
import { ResponsesForm } from '../responses/responses-form.ts';
import { ServedModels } from '../served-models.ts';
import { makeEvents } from './make-answer.ts';
import { ToolCallMemory } from './tool-call-memory.ts';

const forms = {
  chat: () => new ChatForm({ id: 'c', created: 1, model: 'mine' }, { choices: 1, includeUsage: false }),
  responses: () => new ResponsesForm({ model: 'mine', input: 'Why?' }),
};

test.each(Object.keys(forms) as (keyof typeof forms)[])(
  'a blend that takes long to begin tells of a phase at once: %s',
  async (name) => {
    await using blender = createBlender({ blends: { mine: fakeBlend() } });
    const served = { ...new ServedModels(blender, ['mine']).find('mine'), open: () => new Promise<never>(() => {}) };
    const read = async (showProgress: boolean) => {
      const plan = {
        form: forms[name](),
        served,
        calls: [],
        memory: new ToolCallMemory(),
        showProgress,
        notes: {},
        warnings: [],
        fusion: undefined,
        abortSignal: new AbortController().signal,
      };
      const events = makeEvents(plan, () => {});
      const texts: string[] = [];
      for (let count = name === 'chat' ? 1 : showProgress ? 5 : 2; count > 0; count -= 1) {
        texts.push(String((await events.next()).value));
      }
      return texts;
    };
    expect((await read(true)).at(-1)).toContain('Preparing the models.');
    expect((await read(false)).join('')).not.toContain('Preparing');
  },
);
