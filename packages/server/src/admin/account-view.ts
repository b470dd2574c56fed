import type { ListedAccount, StoredAccount } from './account-store.ts';
import { brandingUrl } from './branding-address.ts';
import type { Account, AccountListItem, AccountNameItem } from './contract/account.ts';

export function accountView(account: StoredAccount, publicUrl: string): Account {
  const { details } = account;
  return {
    Id: account.id,
    CustomerNumber: account.customerNumber ?? undefined,
    Resources: {
      LogoUrl: account.logoHash === null ? undefined : brandingUrl(publicUrl, 'logo', account.logoHash),
      CssUrl: account.stylingHash === null ? undefined : brandingUrl(publicUrl, 'styling', account.stylingHash),
    },
    SlaTag: account.slaTag ?? undefined,
    TestAccount: account.testAccount,
    Enabled: account.enabled,
    Name: details.name,
    MvaNumber: details.mvaNumber,
    CompanyPhone: details.companyPhone,
    CompanyEmail: details.companyEmail,
    CompanyUrl: details.companyUrl ?? undefined,
    Contact: details.contact ?? undefined,
    Address: details.address ?? undefined,
    Settings: { SMSSender: details.smsSender ?? undefined },
    Dealer:
      details.dealerId === null ? undefined : { Id: details.dealerId, Reference: details.dealerReference ?? undefined },
    Country: details.country,
  };
}

export function accountItemView(account: ListedAccount): AccountListItem {
  return {
    AccountId: account.id,
    Name: account.name,
    OrgNo: account.mvaNumber || undefined,
    UniCustomerNo: account.customerNumber ?? undefined,
    Created: account.createdAt.toISOString(),
    LastModified: account.changedAt.toISOString(),
    DealerId: account.dealerId ?? undefined,
    DealerName: account.dealerName ?? undefined,
    DealerReference: account.dealerReference ?? undefined,
    Enabled: account.enabled,
  };
}

export function accountNameView({ id, name, enabled }: ListedAccount): AccountNameItem {
  return { AccountId: id, Name: name, Enabled: enabled };
}
