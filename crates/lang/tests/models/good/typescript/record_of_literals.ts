type Side = "left" | "right";

export interface Match {
  id: Key<string>;
  score: Record<Side, number>;
  notes?: Partial<Record<Side, string>>;
}
