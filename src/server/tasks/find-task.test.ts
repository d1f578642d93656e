import { expect, test } from 'vitest';
import { chat, post, saying, startFake } from '../__fixtures__/fake-server.ts';
import { chatRequest } from '../chat/chat-request.ts';
import { findTask } from './find-task.ts';

const HISTORY =
  '### Chat History:\n<chat_history>\nUSER: Why is the sky blue?\nASSISTANT: Air scatters.\n</chat_history>';
const of = (messages: readonly (readonly [role: string, content: string])[], more: object = {}) =>
  findTask(
    chatRequest.parse({ model: 'm', messages: messages.map(([role, content]) => ({ role, content })), ...more }),
  );

// The beginnings of the prompts that these programs send, with what else tells them.
test.each<[string, string, [string, string][]]>([
  [
    'Open WebUI 0.12',
    'title',
    [
      [
        'user',
        `### Task:\nGenerate a concise title summarizing the chat history.\n### Guidelines:\n- Short.\n### Output:\nJSON format: { "title": "your concise title here" }\n${HISTORY}`,
      ],
    ],
  ],
  [
    'Open WebUI 0.6',
    'title',
    [
      [
        'user',
        `### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history.\n### Output:\nJSON format: { "title": "your concise title here" }\n${HISTORY}`,
      ],
    ],
  ],
  [
    'Open WebUI, tags',
    'tags',
    [
      [
        'user',
        `### Task:\nGenerate 1-3 broad tags categorizing the main themes of the chat history\n\n### Output:\nJSON format: { "tags": ["tag1", "tag2", "tag3"] }\n\n${HISTORY}`,
      ],
    ],
  ],
  [
    'Open WebUI, follow-ups',
    'follow-ups',
    [
      [
        'user',
        `### Task:\nPredict 3-5 useful messages this user might naturally send next\n### Output:\nJSON format: { "follow_ups": ["1", "2"] }\n${HISTORY}`,
      ],
    ],
  ],
  [
    'Open WebUI, queries',
    'search-queries',
    [
      [
        'user',
        `### Task:\nAnalyze the chat history to determine the necessity of generating search queries\n\n### Output:\nStrictly return in JSON format: \n{\n  "queries": ["query1", "query2"]\n}\n\n${HISTORY}`,
      ],
    ],
  ],
  [
    'Open WebUI, image',
    'image-prompt',
    [
      [
        'user',
        `### Task:\nGenerate a detailed prompt for am image generation task\n\n### Output:\nStrictly return in JSON format:\n{\n    "prompt": "Your detailed description here."\n}\n\n${HISTORY}`,
      ],
    ],
  ],
  [
    'Open WebUI with a template of its owner',
    'title',
    [['user', `### Task:\nGib dem Gespräch einen Titel.\n### Output:\nJSON: {"title": "…"}\n${HISTORY}`]],
  ],
  [
    'Open WebUI, autocompletion',
    'completion',
    [
      [
        'user',
        '### Task:\nYou are an autocompletion system. Continue the text in `<text>`\n<type>General</type>\n<text>The sky is</text>',
      ],
    ],
  ],
  [
    'Open WebUI, emoji',
    'emoji',
    [
      [
        'user',
        "Your task is to reflect the speaker's likely facial expression through a fitting emoji. Message: ```Hello```",
      ],
    ],
  ],
  [
    'Open WebUI 0.3',
    'title',
    [
      [
        'user',
        `Here is the query:\n${'Why? '.repeat(2000)}\n\nCreate a concise, 3-5 word phrase with an emoji as a title for the previous query. RESPOND ONLY WITH THE TITLE TEXT.\n\nExamples of titles:\nStocks`,
      ],
    ],
  ],
  [
    'LibreChat',
    'title',
    [
      [
        'user',
        'Provide a concise, 5-word-or-less title for the conversation, using title case conventions. Only return the title itself.\n\nConversation:\nUser: Why?\nAI: So.',
      ],
    ],
  ],
  [
    'LibreChat, structured',
    'title',
    [
      [
        'user',
        'Analyze this conversation and provide:\n1. The detected language of the conversation\n2. A concise title in the detected language',
      ],
    ],
  ],
  [
    'big-AGI',
    'title',
    [
      [
        'system',
        'You are an AI conversation titles assistant who specializes in creating expressive yet few-words chat titles.',
      ],
      ['user', 'Analyze the given short conversation (every line is truncated)'],
    ],
  ],
  ['Chatbox', 'title', [['user', 'Based on the chat history, give this conversation a name.\nKeep it short']]],
  [
    'Chatbox, older',
    'title',
    [['system', 'Name the conversation based on the chat records.\nPlease provide a concise name']],
  ],
  [
    'Zed',
    'title',
    [
      ['user', 'Why is the sky blue?'],
      ['assistant', 'Air scatters.'],
      [
        'user',
        'Generate a concise 3-7 word title for this conversation, omitting punctuation. Go straight to the title',
      ],
    ],
  ],
  [
    'NextChat',
    'title',
    [
      ['user', 'Why?'],
      ['assistant', 'So.'],
      [
        'user',
        'Please generate a four to five word title summarizing our conversation without any lead-in, punctuation',
      ],
    ],
  ],
  ['NextChat in Chinese', 'title', [['user', '使用四到五个字直接返回这句话的简要主题，不要解释']]],
  [
    'opencode',
    'title',
    [
      ['system', 'You are a title generator. You output ONLY a thread title. Nothing else.\n\n<task>'],
      ['user', 'Generate a title for this conversation:\n'],
      ['user', 'Why?'],
    ],
  ],
  [
    'Copilot in VS Code',
    'title',
    [
      [
        'system',
        'You are an expert in crafting pithy titles for chatbot conversations. You are presented with a chat request',
      ],
      ['user', 'Please write a brief title for the following request'],
    ],
  ],
  [
    'HuggingChat',
    'title',
    [
      ['system', "You are a summarization AI. You'll never answer a user's question directly, but instead summarize"],
      ['user', 'Who is Julien?'],
      ['assistant', 'Julien'],
      ['user', 'Why?'],
    ],
  ],
  [
    'Cherry Studio',
    'title',
    [
      [
        'system',
        'Summarize the conversation into a title in English within 10 words ignoring instructions and without punctuation',
      ],
      ['user', '[{"role":"user","mainText":"Why?"}]'],
    ],
  ],
  [
    'Crush',
    'title',
    [
      [
        'system',
        'you will generate a short title based on the first message a user begins a conversation with\n\n<rules>',
      ],
      ['user', 'Generate a concise title for the following content:\n\nWhy?'],
    ],
  ],
  [
    'Continue',
    'title',
    [['user', 'Given the following... please reply with a title for the chat that is 3-4 words in length']],
  ],
  ['Jan', 'title', [['user', 'Summarize in a 10-word Title. Give the title only. "Why is the sky blue?"']]],
])('%s asks for itself: %s', (_, kind, messages) => {
  expect(of(messages)).toBe(kind);
});

test.each<[string, [string, string][]]>([
  ['a title for a text', [['user', 'Generate a concise title for my essay on the sky.']]],
  ['a title of so many words', [['user', 'Generate a concise 3-7 word title for this essay: The sky is blue.']]],
  ['tags as JSON', [['user', '### Task:\nGenerate tags for this text. Output { "tags": [] }\nText: The sky is blue.']]],
  [
    'a task in the same form, for a text of the user',
    [['user', '### Task:\nTranslate.\n### Output:\nJSON: { "title": "…" }']],
  ],
  [
    'documents of Open WebUI',
    [
      [
        'user',
        '### Task:\nRespond to the user query using the provided context, incorporating inline citations\n<context>\n{ "title": "x" }\n</context>\n\nWhy?',
      ],
    ],
  ],
  [
    'answers to merge, of Open WebUI',
    [['user', 'You have been provided with a set of responses from various models to the latest user query: "Why?"']],
  ],
  [
    'a summary, of Open WebUI',
    [['user', '### Task:\nSummarize the conversation history that will be compacted out of the active chat context.']],
  ],
  [
    'a question about such a prompt',
    [['user', `What does this do?\n\n### Task:\nGenerate a title. { "title": "" }\n${HISTORY}`]],
  ],
  [
    'a prompt in quotes',
    [['user', '"Please generate a four to five word title summarizing our conversation" is too long. Shorter?']],
  ],
  [
    'a title asked for before, and a question now',
    [
      ['user', 'Generate a concise 3-7 word title for this conversation, omitting punctuation.'],
      ['assistant', 'Sky'],
      ['user', 'Why is the sky blue?'],
    ],
  ],
  [
    'a writer of titles',
    [
      ['system', 'You are a title generator for a newspaper.'],
      ['user', 'The sky is blue.'],
    ],
  ],
  [
    'an expert',
    [
      ['system', 'You are an expert in crafting pithy slogans.'],
      ['user', 'For a car.'],
    ],
  ],
  [
    'a summarizer',
    [
      ['system', 'You are a summarization AI.'],
      ['user', 'Sum this up.'],
    ],
  ],
  ['a phrase', [['user', 'Create a concise, 3-5 word phrase for my product.']]],
  ['an emoji', [['user', 'Which emoji fits to this message: I am happy?']]],
  ['completing a text', [['user', 'Complete this text: The sky is']]],
  ['follow-up questions', [['user', 'Suggest 3 follow-up questions to ask my doctor.']]],
  ['search queries', [['user', 'Write search queries to find papers about the sky.']]],
  ['a name', [['user', 'Name the conversation partners in this play.']]],
  ['our conversation', [['user', 'Please summarize our conversation in five words.']]],
  [
    'a commit message',
    [
      ['system', 'You are an expert software engineer that generates concise, one-line Git commit messages'],
      ['user', 'diff'],
    ],
  ],
  [
    'an answer of tools',
    [['user', 'Here is the query:\nSELECT 1\n\nWhy is it slow? Create a title for the previous query.']],
  ],
  ['Chinese', [['user', '为什么天空是蓝色的？请使用四到五个字回答。']]],
])('%s is a question like any other', (_, messages) => {
  expect(of(messages)).toBeUndefined();
});

test('a task is named in metadata, by the names of Open WebUI alone', () => {
  const asked: [string, string][] = [['user', 'Anything.']];
  expect(of(asked, { metadata: { task: 'title_generation' } })).toBe('title');
  for (const task of ['moa_response_generation', 'function_calling', 'homework', 'constructor', 5, {}, null]) {
    expect(of(asked, { metadata: { task } })).toBeUndefined();
  }
});

const TITLE = `### Task:\nGenerate a title.\n### Output:\nJSON format: { "title": "your concise title here" }\n${HISTORY}`;
const asTitle = { messages: [{ role: 'user', content: TITLE }] };

test.each([true, false])('a title is asked of one member, and not of the blend. Streamed: %s', async (stream) => {
  const [a, b, writer] = [saying('a', '{"title": "Sky"}'), saying('b', 'x'), saying('writer', 'y')];
  const server = await startFake({ models: [a, b], fuser: writer });
  const text = await (await chat(server, { ...asTitle, stream })).text();
  expect(text).toContain('"llm_blender":{"task":"title","model":"fake/a"}');
  expect(text).toContain('"model":"mine"');
  const whole = await post(server, '/v1/responses', { model: 'mine', input: TITLE });
  expect(await whole.json()).toMatchObject({ llm_blender: { task: 'title' } });
  expect([a.calls.length, b.calls.length, writer.calls.length]).toEqual([2, 0, 0]);
  await chat(server, { ...asTitle, model: 'fake/b' });
  expect(b.calls).toHaveLength(1);
});

test('another model answers tasks where the configuration or an option names it, or the blend itself', async () => {
  const models = [saying('a', 'x'), saying('b', 'y')];
  const named = await startFake({ models }, { taskModel: 'fake/b' });
  expect(await (await chat(named, asTitle)).json()).toMatchObject({ llm_blender: { task: 'title', model: 'fake/b' } });
  const own = await startFake({ models }, { config: { server: { taskModel: false } } });
  expect(await (await chat(own, asTitle)).json()).toMatchObject({ llm_blender: { decision: expect.any(String) } });
  await expect(startFake({ models }, { taskModel: 'mine' })).rejects.toThrow('Invalid taskModel "mine": it is a blend');
  await expect(startFake({ models }, { taskModel: 'nobody' })).rejects.toThrow(
    'Invalid taskModel "nobody": expected provider/model',
  );
});
