import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What this folder uses of `@huggingface/jinja`. */
export interface JinjaModule {
  /** Parses a template once. @throws where it is not one. */
  readonly Template: new (source: string) => { render(values: Record<string, unknown>): string };
}

/**
 * Loads the Jinja engine that node-llama-cpp brings along for chat templates. It is looked up from there: it is not
 * a dependency of ours, and package managers differ in whether one's dependencies' dependencies can be imported.
 *
 * Why not node-llama-cpp's own `JinjaTemplateChatWrapper`: it renders with placeholders instead of the texts, so what
 * a template does with a text (Llama 3 and Gemma trim it) is lost.
 */
export async function loadJinja(): Promise<JinjaModule> {
  const runtime = createRequire(import.meta.url).resolve('node-llama-cpp');
  const path = createRequire(runtime).resolve('@huggingface/jinja');
  return (await import(pathToFileURL(path).href)) as JinjaModule;
}
