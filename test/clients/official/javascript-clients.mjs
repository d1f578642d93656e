// LangChain.js and Cohere against a server. Usage: javascript-clients.mjs URL SILENCE_SECONDS, in a folder with the packages.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , url, silence] = process.argv;
const require = createRequire(join(process.cwd(), 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { ChatOpenAI } = await load('@langchain/openai');
const { tool } = await load('@langchain/core/tools');
const { HumanMessage } = await load('@langchain/core/messages');
const cohere = await load('cohere-ai');
const { CohereClient, CohereClientV2 } = cohere.default ?? cohere;

const options = { model: 'mine', apiKey: 'none', configuration: { baseURL: `${url}/v1` }, maxRetries: 0 };
const chat = new ChatOpenAI({ ...options, timeout: (Number(silence) + 60) * 1000 });

const checks = {
  async whole() {
    const message = await chat.invoke('Why?');
    assert.ok(message.content);
    assert.ok(message.usage_metadata.total_tokens > 0);
  },
  async streamed() {
    let text = '';
    for await (const chunk of await chat.stream('Why?')) text += chunk.content;
    assert.ok(text);
  },
  async silent() {
    let text = '';
    for await (const chunk of await chat.stream('silence')) text += chunk.content;
    assert.ok(text);
  },
  async tools() {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const weather = tool(() => '24 degrees', { name: 'weather', description: 'How warm it is.', schema });
    const withTools = chat.bindTools([weather]);
    const question = new HumanMessage('tool');
    const asked = await withTools.invoke([question]);
    assert.deepEqual(asked.tool_calls[0].args, { city: 'Rome' });
    const result = await weather.invoke(asked.tool_calls[0]);
    assert.match((await withTools.invoke([question, asked, result])).content, /24 degrees/);
  },
  async structured() {
    const schema = { title: 'place', type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const place = await chat.withStructuredOutput(schema, { method: 'jsonSchema' }).invoke('json');
    assert.equal(place.city, 'Rome');
  },
  async responses() {
    const message = await new ChatOpenAI({ ...options, useResponsesApi: true }).invoke('Why?');
    assert.ok(message.text);
  },
  async errors() {
    await assert.rejects(chat.invoke('fail'), /No model gave an answer/);
    await assert.rejects(async () => {
      for await (const chunk of await chat.stream('late failure')) assert.ok(chunk);
    }, /No model gave an answer/);
  },
  async rerank() {
    const documents = ['Paris is in France.', 'Canberra is the capital of Australia.'];
    const request = { model: 'default', query: 'What is the capital of Australia?', documents, topN: 1 };
    for (const Client of [CohereClient, CohereClientV2]) {
      const { results } = await new Client({ token: 'none', environment: url }).rerank(request);
      assert.equal(results[0].index, 1);
    }
  },
};
for (const [name, check] of Object.entries(checks)) {
  await check();
  process.stdout.write(`${name}\n`);
}
process.exit(0);
