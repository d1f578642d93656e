export { type ChatCompletionsEndpoint, ChatCompletionsModel } from './chat-completions-model.ts';
export { HttpClient } from './http-client.ts';
