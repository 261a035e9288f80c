import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  parsed: number;
  year: number;
  clipped: number;
  isValid: boolean;
  when: string;
}
