export { type ChatCompletionsEndpoint, ChatCompletionsModel } from './chat-completions-model.ts';
export { type Dialect, DIALECTS } from './dialects.ts';
export { HttpClient } from './http-client.ts';
