import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  first: "new" | "used";
  last?: "new" | "used";
  label: string;
  isNew: boolean;
}
