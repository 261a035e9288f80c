export default function migrate(event: any) {
  return { id: event.id, activity: event.kind };
}
