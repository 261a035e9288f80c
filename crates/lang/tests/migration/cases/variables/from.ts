import type { Key } from "antler";

export interface Reading {
  id: Key<string>;
  value: number;
  unit: string;
  note: string | null;
}
