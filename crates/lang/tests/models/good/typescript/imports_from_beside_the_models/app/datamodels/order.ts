import { Money } from "../lib/money";
import type { Person } from "../lib";
export interface Order {
  id: Key<string>;
  price: Money;
  buyer: Person;
}
