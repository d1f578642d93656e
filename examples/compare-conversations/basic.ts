/** Compares two conversations with the same user turns. Run: node examples/compare-conversations/basic.ts */
import { compareConversations } from 'llm-blender';

const { winner, probability } = await compareConversations({
  a: [
    { role: 'user', content: 'What is the capital of Australia?' },
    { role: 'assistant', content: 'The capital of Australia is Canberra.' },
    { role: 'user', content: 'And of France?' },
    { role: 'assistant', content: 'The capital of France is Paris.' },
  ],
  b: [
    { role: 'user', content: 'What is the capital of Australia?' },
    { role: 'assistant', content: 'I like trains and fish.' },
    { role: 'user', content: 'And of France?' },
    { role: 'assistant', content: 'Go away, I am busy.' },
  ],
});
console.log(`Better: ${winner}. Probability that it is a: ${probability.toFixed(2)}`);
