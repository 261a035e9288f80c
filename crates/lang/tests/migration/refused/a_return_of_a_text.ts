export default function migrate(event) {
  return event.text;
}
