import type { Key } from "antler";

export interface Reading {
  id: Key<string>;
  celsius: number;
  quality: string;
  steps: number;
  note?: string;
}
