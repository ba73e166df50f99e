import { type ReactNode, useEffect, useState } from 'react';
import type { ProfileView } from '../../contract/profiles.ts';
import { NodeContext, useApp } from '../state/app-context.ts';
import type { NodeSession } from '../state/node-session.ts';

/** Keeps the connection to the selected node open while it is selected. */
export function NodeProvider({ profile, children }: { readonly profile: ProfileView; readonly children: ReactNode }) {
  const app = useApp();
  const { id } = profile.profile;
  const [session, setSession] = useState<NodeSession | null>(null);
  useEffect(() => {
    const opened = app.openNode(id);
    setSession(opened);
    return () => opened.close();
  }, [app, id]);
  useEffect(() => session?.follow(profile.worker), [session, profile.worker]);
  if (session === null || session.profileId !== id) return null;
  return <NodeContext value={{ profile, session }}>{children}</NodeContext>;
}
