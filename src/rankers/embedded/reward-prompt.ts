import type { TokenScorer } from '../../spec/in-process-model.ts';
import { cutCharacters } from '../cut-characters.ts';
import type { EmbeddedConfig } from './embedded-config.ts';

const [START, END] = ['<|im_start|>', '<|im_end|>'] as const;

/** What the language model reads of a candidate. */
export interface RewardPrompt {
  readonly prompt: readonly number[];
  /** True where tokens were left out in the middle of a part. */
  readonly cut: boolean;
}

/**
 * Writes the conversation after which the language model says whether an answer is good, exactly as in training
 * (`training/reward/prompt.py`). Texts are tokenized by themselves, so no text can end its turn.
 */
export function createRewardPrompt(model: Pick<TokenScorer, 'tokenize' | 'markToken'>, config: EmbeddedConfig) {
  const { instruction_head, instruction_tail, answer_head, answer_tail } = config.lengths;
  const [start, end] = [model.markToken(START), model.markToken(END)];
  const user = [start, ...model.tokenize('user\n')];
  const assistant = [start, ...model.tokenize('assistant\n')];
  const close = [end, ...model.tokenize('\n')];
  const question = [...close, ...user, ...model.tokenize(config.question), ...close, ...assistant];

  const part = (text: string, head: number, tail: number) => {
    const tokens = model.tokenize(cutCharacters(text, config.most_characters).replaceAll('\r\n', '\n').trim());
    const cut = tokens.length > head + tail;
    return { tokens: cut ? [...tokens.slice(0, head), ...tokens.slice(-tail)] : tokens, cut };
  };

  return (instruction: string, answer: string): RewardPrompt => {
    const asked = part(instruction, instruction_head, instruction_tail);
    const said = part(answer, answer_head, answer_tail);
    const prompt = [...user, ...asked.tokens, ...close, ...assistant, ...said.tokens, ...question];
    return { prompt, cut: asked.cut || said.cut };
  };
}
