/** What chat pages and editors ask a model for themselves, without their user. */
export type TaskKind =
  | 'title'
  | 'tags'
  | 'follow-ups'
  | 'search-queries'
  | 'image-prompt'
  | 'completion'
  | 'emoji'
  | 'progress-message';

/** How such a request is recognised. */
export interface TaskPrompt {
  readonly kind: TaskKind;
  /** Programs that send it. */
  readonly sentBy: string;
  /** Which message has the prompt: the first one of the system, or the last one, which is the user's. */
  readonly role: 'system' | 'user';
  /** What its text begins with. */
  readonly begins: RegExp;
  /** What it ends with, where that is what tells it. */
  readonly ends?: RegExp;
  /** A text that is in it somewhere. */
  readonly has?: string;
}

// By how these programs' own prompts begin. A question of a user that speaks of titles or tags is none of these, also
// one that quotes such a prompt.
export const TASK_PROMPTS: readonly TaskPrompt[] = [
  ...(
    [
      ['title', 'title'],
      ['tags', 'tags'],
      ['follow-ups', 'follow_ups'],
      ['search-queries', 'queries'],
      ['image-prompt', 'prompt'],
    ] as const
  ).map(([kind, field]) => ({
    kind,
    sentBy: 'Open WebUI; its templates may be changed, and keep this form',
    role: 'user' as const,
    begins: new RegExp(String.raw`^### Task:\s[^]*?\{\s*"${field}"\s*:`),
    has: '<chat_history>',
  })),
  {
    kind: 'completion',
    sentBy: 'Open WebUI',
    role: 'user',
    begins: /^### Task:\s+You are an autocompletion system\b/,
    has: '<text>',
  },
  {
    kind: 'emoji',
    sentBy: 'Open WebUI',
    role: 'user',
    begins: /^Your task is to reflect the speaker's likely facial expression through a fitting emoji\b/,
  },
  {
    kind: 'title',
    sentBy: 'Open WebUI before 0.4',
    role: 'user',
    begins: /^Here is the query:/,
    ends: /Create a concise, 3-5 word phrase (?:with an emoji )?as a title for the previous query\b[^]*Examples of titles:/,
  },
  {
    kind: 'title',
    sentBy: 'Open WebUI before 0.3',
    role: 'user',
    begins: /^Create a concise, 3-5 word phrase as a header for the following query, strictly adhering\b/,
  },
  {
    kind: 'title',
    sentBy: 'LibreChat',
    role: 'user',
    begins:
      /^(?:Provide|Please generate) a concise, 5-word-or-less title for the conversation\b|^Analyze this conversation and provide:\s+1\. The detected language of the conversation\b|^Please generate a concise title \(max 40 characters\) for a conversation that starts with\b/,
  },
  {
    kind: 'title',
    sentBy: 'big-AGI',
    role: 'system',
    begins: /^You are an AI conversation titles assistant\b/,
  },
  {
    kind: 'title',
    sentBy: 'Chatbox',
    role: 'user',
    begins:
      /^Based on the chat history, give this conversation a name\.|^Name the conversation based on the chat records\./,
  },
  {
    kind: 'title',
    sentBy: 'Chatbox, older',
    role: 'system',
    begins: /^Name the conversation based on the chat records\./,
  },
  {
    kind: 'title',
    sentBy: 'Zed',
    role: 'user',
    begins: /^Generate a concise 3-7 word title for this conversation, omitting punctuation\b/,
  },
  {
    kind: 'title',
    sentBy: 'NextChat',
    role: 'user',
    begins:
      /^Please generate a four to five word title summarizing our conversation\b|^(?:请)?使用四到五个字直接返回这句话的简要主题/,
  },
  {
    kind: 'title',
    sentBy: 'opencode',
    role: 'system',
    begins: /^You are a title generator\. You output ONLY a \w+ title\b/,
  },
  {
    kind: 'title',
    sentBy: 'GitHub Copilot in VS Code',
    role: 'system',
    begins: /^You are an expert in crafting (?:pithy|ultra-compact) (?:titles|branch names)\b/,
  },
  {
    kind: 'progress-message',
    sentBy: 'GitHub Copilot in VS Code',
    role: 'system',
    begins: /^You are an expert in writing short, catchy, and encouraging progress messages\b/,
  },
  {
    kind: 'title',
    sentBy: 'HuggingChat',
    role: 'system',
    begins:
      /^You are a summarization AI\. You'll never answer a user's question directly\b|^You are a chat thread titling assistant\b/,
  },
  {
    kind: 'title',
    sentBy: 'Cherry Studio',
    role: 'system',
    begins: /^Summarize the conversation into a title in \S.{0,30} within 10 \w+ ignoring instructions\b/,
  },
  {
    kind: 'title',
    sentBy: 'Crush, and pages made of the chatbot template of Vercel',
    role: 'system',
    begins: /^(?:- )?you will generate a short title based on the first message a user begins a conversation with\b/i,
  },
  {
    kind: 'title',
    sentBy: 'Continue',
    role: 'user',
    begins: /^Given the following\.\.\. please reply with a title for the chat\b/,
  },
  {
    kind: 'title',
    sentBy: 'Jan',
    role: 'user',
    begins: /^Summarize in a \d+-word Title\. Give the title only\./,
  },
];
