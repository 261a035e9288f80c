import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  at: Date;
  left: Date | null;
  text: string;
  ms: number;
}
