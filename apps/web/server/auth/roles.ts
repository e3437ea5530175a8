import { createAccessControl } from "better-auth/plugins/access";
import { defaultStatements } from "better-auth/plugins/admin/access";

/** Who may do what, weakest first: each role may do all that those before it may. */
export const roles = ["viewer", "operator", "admin"] as const;

export type Role = (typeof roles)[number];

/** True where `role` may do what `atLeast` may; an unknown role may do nothing. */
export function mayActAs(role: string, atLeast: Role): boolean {
  const rank = roles.indexOf(role as Role);
  return rank >= roles.indexOf(atLeast);
}

export const accessControl = createAccessControl({ ...defaultStatements, kpi: ["read"] });

/** The roles as better-auth's admin plugin takes them. Nobody may act in another person's name. */
export const accessRoles = {
  viewer: accessControl.newRole({ kpi: ["read"] }),
  operator: accessControl.newRole({ kpi: ["read"] }),
  admin: accessControl.newRole({
    kpi: ["read"],
    user: ["create", "list", "get", "set-role", "ban", "delete", "set-password", "set-email", "update"],
    session: ["list", "revoke", "delete"],
  }),
} as const;
