export default function migrate(event) {
  event.number = 1;
  return event;
}
