import type { Key } from "antler";

export interface Basket {
  id: Key<string>;
  prices: number[];
  names: string[];
  lines: { sku: string; count: number; price: number }[];
  maybe: (string | null)[];
}
