interface Identified {
  id: Key<string>;
}
type Timed = { at: Date; zone?: string };

export type Click = Identified & Timed & { target: string; zone: "UTC" | "CET" };
