/** What a fuser found on comparing the candidates, before it wrote. Made from candidates, so as untrusted as they are. */
export interface FusionAnalysis {
  /** What the candidates agree on. */
  readonly agreement: readonly string[];
  /** Where they contradict each other. */
  readonly contradictions: readonly string[];
  /** What only one of them says. */
  readonly uniquePoints: readonly string[];
  /** What none of them says, though the task asks for it. */
  readonly blindSpots: readonly string[];
}
