import type { Key } from "antler";

enum Stage {
  Unknown = 0,
  Open = 10,
  Paid = 20,
}

export interface Order {
  id: Key<string>;
  stage: Stage;
  total: { amount: number; currency: string } | null;
  placedOn: string;
  hour?: number;
  name: string;
  firstItem: string | null;
  items: string[];
  discounted: boolean;
}
