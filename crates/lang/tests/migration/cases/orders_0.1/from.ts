import type { Key } from "antler";

/** An order as the first shop sent it: everything is text. */
export interface Order {
  id: Key<string>;
  status: string;
  amount: string;
  placed: string;
  customer: string;
  items: string;
  coupon?: string;
}
