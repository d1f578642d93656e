import type { z } from 'zod';

/** A body of a request or a response. */
export interface BodySchema {
  /** In the components of the document. */
  readonly name: string;
  readonly schema: z.ZodType;
}

/** What one response is. */
export interface Reply {
  readonly description: string;
  readonly body?: BodySchema;
  /** Another media type in which the body may come, such as YAML. */
  readonly alsoAs?: string;
  /** The data of each event, where the response may be streamed. */
  readonly events?: BodySchema;
  /** Where the body is neither JSON nor events. */
  readonly mediaType?: string;
}

/** Something beside the body. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: z.ZodType;
}

/** A route, as clients are told of it. */
export interface Operation {
  /** In programs made from the document. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: BodySchema;
  readonly replies: Readonly<Record<number, Reply>>;
  /** Statuses that come with an error as their body. */
  readonly errors: readonly number[];
  /** True where no key is ever needed. */
  readonly isOpen?: boolean;
}

/** Operations by method and path, as in `GET /v1/models/{id}`. */
export type Operations = Readonly<Record<string, Operation>>;
