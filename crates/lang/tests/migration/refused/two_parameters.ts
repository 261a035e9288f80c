export default function migrate(event, index) {
  return event;
}
