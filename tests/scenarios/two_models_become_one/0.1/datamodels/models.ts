import type { Key } from "antler";

export interface Deed {
  id: Key<string>;
  user: string;
  kind: "login" | "purchase";
  amount: number;
}
