export enum Kind {
  Buy = "buy",
  Sell = "sell",
}
