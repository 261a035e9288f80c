export default function migrate(event: any) {
  return { ...event, open: event.stage === 1 };
}
