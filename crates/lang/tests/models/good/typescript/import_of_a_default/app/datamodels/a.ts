export default interface Address {
  city: string;
}
