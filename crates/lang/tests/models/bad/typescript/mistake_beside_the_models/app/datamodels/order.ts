import { Money } from "../lib/money";
import { Unused } from "../lib/unused";
export interface Order {
  id: Key<string>;
  price: Money;
}
