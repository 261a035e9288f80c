import { Currency } from "./deep/currency.js";
export interface Money {
  amount: number;
  currency: Currency;
}
// Not in the folder of models: no model.
export interface Account {
  id: Key<string>;
}
