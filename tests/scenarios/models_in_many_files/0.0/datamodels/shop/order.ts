import type { Key } from "antler";
import type { Money } from "../money";

export interface Order {
  id: Key<string>;
  price: Money;
}
