import type { Key } from "antler";

export interface Basket {
  id: Key<string>;
  sum: number;
  text: string;
  total: number;
  longest: string;
  unique: string[];
  best?: string;
  stats: { count: number; sum: number; first: string | null };
}
