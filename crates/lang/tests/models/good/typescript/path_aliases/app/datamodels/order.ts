import { Money } from "@/lib/money";
import { Kind } from "@kinds";
export interface Order {
  id: Key<string>;
  price: Money;
  kind: Kind;
}
