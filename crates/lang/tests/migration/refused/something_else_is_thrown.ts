export default function migrate(event) {
  throw "no";
}
