/** A model that can be asked, as `GET /v1/blends/choices` has it. */
export interface ModelOption {
  readonly id: string;
  readonly roles: readonly string[];
  readonly provider: string;
  readonly status: 'ready' | 'missing-key' | 'missing-package' | 'not-downloaded';
  /** Variables of the server's environment, one of which would have the key. */
  readonly keyVariables: readonly string[];
  readonly package: string | null;
  readonly download: { readonly bytes?: number | null } | null;
}

/** A blend that the server has. */
export interface BlendOption {
  readonly name: string;
  readonly isDefault: boolean;
  readonly models: readonly { readonly model: string; readonly samples?: number | undefined }[];
  readonly settings: { readonly samples?: number | undefined; readonly topK?: number | undefined };
}

/** What the server can be asked for. */
export interface Choices {
  readonly blends: readonly BlendOption[];
  readonly models: readonly ModelOption[];
  readonly fusers: readonly string[];
  readonly rankers: readonly { readonly name: string; readonly ranker: string }[];
  readonly names: { readonly fusionPrompts: Readonly<Record<string, string>> };
  readonly limits: { readonly members: number; readonly samples: number; readonly bodyBytes: number };
}

/** What something would take. */
export interface Estimate {
  readonly calls: { readonly atLeast: number; readonly atMost: number };
  /** US dollars. */
  readonly cost: { readonly atLeast: number; readonly atMost: number } | undefined;
}
