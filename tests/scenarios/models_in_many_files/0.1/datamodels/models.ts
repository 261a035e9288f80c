import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  price: { amount: number; currency: "EUR" | "NOK" };
}
