/** How a call that had a place ended. */
export interface PlaceEnd {
  /** Tokens that the call really took, where that is known. */
  readonly tokens?: number | undefined;
  /** The provider refused it because there were too many (429). */
  readonly isRateLimited?: boolean;
}

/** A call's place at its provider. */
export interface CallPlace {
  /** Frees the place. Further calls do nothing. */
  leave(end?: PlaceEnd): void;
}

/** Limits of one provider. */
export interface GateLimits {
  /** Most calls in flight at once. */
  readonly concurrency: number;
  /** Most calls that start within any minute. @default no limit */
  readonly requestsPerMinute?: number | undefined;
  /** Most tokens within any minute, input and output together. @default no limit */
  readonly tokensPerMinute?: number | undefined;
}

/** Lets calls to one provider start as its limits allow. Several processes may share one, by a store that they all see. */
export interface CallGate {
  /**
   * Waits for a place.
   *
   * @param call.tokens Tokens that the call may take.
   * @throws the signal's reason on abort.
   */
  enter(call: { readonly tokens: number; readonly abortSignal?: AbortSignal | undefined }): Promise<CallPlace>;
  /** Lets nothing start for a while. Of several pauses the one that ends last counts. */
  pause(milliseconds: number): void;
}

/** Makes the gate of a provider, which is asked for once for each. */
export type CreateGate = (provider: string, limits: GateLimits) => CallGate;
