export interface Money {
  amount: any;
}
export interface Unused {
  amount: unknown;
}
