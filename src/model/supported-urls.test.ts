import { anthropic } from '@ai-sdk/anthropic';
import { google } from '@ai-sdk/google';
import { openai } from '@ai-sdk/openai';
import { isUrlSupported } from '@ai-sdk/provider-utils';
import { MockLanguageModelV4 } from 'ai/test';
import { expect, test } from 'vitest';
import { FakeLanguageModel } from '../test/index.ts';
import { BlendModel } from './blend-model.ts';
import { intersectUrls, type UrlPatterns } from './supported-urls.ts';

const HTTPS = /^https:\/\/.*$/;
const ANY = /^https?:\/\/.*$/;

test.each<{ name: string; patterns: UrlPatterns[]; takes: [string, string][]; not: [string, string][] }>([
  { name: 'no model', patterns: [], takes: [], not: [['image/png', 'https://x.org/a']] },
  {
    name: 'one model',
    patterns: [{ 'image/*': [HTTPS] }],
    takes: [['image/png', 'https://x.org/a']],
    not: [
      ['image/png', 'http://x.org/a'],
      ['application/pdf', 'https://x.org/a'],
    ],
  },
  {
    name: 'a model that takes none',
    patterns: [{ 'image/*': [ANY] }, {}],
    takes: [],
    not: [['image/png', 'https://x.org/a']],
  },
  {
    name: 'a type within another, and one that only one takes',
    patterns: [{ 'image/*': [ANY], 'application/pdf': [ANY] }, { 'image/png': [HTTPS] }],
    takes: [['image/png', 'https://x.org/a']],
    not: [
      ['image/png', 'http://x.org/a'],
      ['image/jpeg', 'https://x.org/a'],
      ['application/pdf', 'https://x.org/a'],
    ],
  },
  {
    name: 'any type, in both spellings and in capitals',
    patterns: [{ '*': [ANY] }, { '*/*': [HTTPS] }, { 'IMAGE/*': [ANY] }],
    takes: [['image/png', 'https://x.org/a']],
    not: [
      ['image/png', 'http://x.org/a'],
      ['audio/mpeg', 'https://x.org/a'],
    ],
  },
  {
    name: 'patterns that are no anchors, and several of them',
    patterns: [{ '*': [/youtube\.com/, /\.example\.org/] }, { '*': [/^https:.*watch/, /never/] }],
    takes: [
      ['video/mp4', 'https://www.youtube.com/watch?v=1'],
      ['video/mp4', 'https://a.example.org/watch'],
    ],
    not: [
      ['video/mp4', 'https://www.youtube.com/live'],
      ['video/mp4', 'https://other.com/watch'],
      ['video/mp4', 'http://www.youtube.com/watch'],
    ],
  },
  {
    name: 'patterns that cannot be joined',
    patterns: [{ '*': [/^(a)\1/, /b/i] }, { '*': [/x/, /c/] }],
    takes: [],
    not: [
      ['image/png', 'aax'],
      ['image/png', 'bc'],
    ],
  },
])('the addresses of $name', ({ patterns, takes, not }) => {
  const supportedUrls = intersectUrls(patterns);
  const isTaken = ([mediaType, url]: readonly [string, string]) => isUrlSupported({ mediaType, url, supportedUrls });
  expect(takes.map(isTaken)).toEqual(takes.map(() => true));
  expect(not.map(isTaken)).toEqual(not.map(() => false));
});

test('the models of three providers fetch images, and only what all of them do', async () => {
  const models = [openai('gpt-5-mini'), anthropic('claude-haiku-4-5'), google('gemini-2.5-flash')];
  const each = await Promise.all(models.map(({ supportedUrls }) => supportedUrls));
  const supportedUrls = await new BlendModel({ models }).supportedUrls;
  const cases = ['image/png', 'application/pdf', 'video/mp4'].flatMap((mediaType) =>
    [
      'https://x.org/a.png',
      'https://www.youtube.com/watch?v=abc',
      'gs://bucket/a',
      'https://generativelanguage.googleapis.com/v1beta/files/a',
    ].map((url) => ({ mediaType, url })),
  );
  for (const one of cases) {
    const all = each.every((urls) => isUrlSupported({ ...one, supportedUrls: urls }));
    expect([one, isUrlSupported({ ...one, supportedUrls })]).toEqual([one, all]);
  }
});

test('the fuser counts, a model in this process takes none and is not loaded, one that cannot be loaded is left out', async () => {
  const takes = new MockLanguageModelV4({ supportedUrls: { 'image/*': [ANY] } });
  const urlsOf = async (options: ConstructorParameters<typeof BlendModel>[0]) => new BlendModel(options).supportedUrls;
  expect(await urlsOf({ models: [takes] })).toEqual({ 'image/*': [ANY] });
  expect(await urlsOf({ models: [takes], fuser: new FakeLanguageModel({ answer: 'x' }) })).toEqual({});
  expect(await urlsOf({ models: [takes, 'local/no-such-model'] })).toEqual({});
  expect(await urlsOf({ models: [takes, 'nowhere/model'] })).toEqual({ 'image/*': [ANY] });
  const inner = new BlendModel({ models: [takes] });
  expect(await urlsOf({ models: [inner, { model: takes, temperature: 1 }] })).toEqual({ 'image/*': [ANY] });
});
