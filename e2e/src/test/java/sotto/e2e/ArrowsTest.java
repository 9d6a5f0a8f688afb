package sotto.e2e;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Who may know whom: the table of modules in docs/ARCHITECTURE.md as rules over the compiled
/// classes.
///
/// A generated package ends in a version (`sotto.blob.v1`) and belongs to `proto`, also where its
/// name begins like a service's (`sotto.blob`).
@AnalyzeClasses(packages = "sotto", importOptions = DoNotIncludeTests.class)
final class ArrowsTest {
  private static final String GENERATED = "sotto.*.v1..";
  private static final String[] NETWORK = {"io.grpc..", "io.netty..", "java.net.http.."};
  private static final String[] SQL = {"java.sql..", "javax.sql..", "org.sqlite.."};

  private static final DescribedPredicate<JavaClass> PROTO =
      resideInAnyPackage(GENERATED, "sotto.proto..").as("proto");
  private static final DescribedPredicate<JavaClass> CHAIN = module("chain");
  private static final DescribedPredicate<JavaClass> GROUP = module("group");
  private static final DescribedPredicate<JavaClass> CRYPTO = module("crypto");
  private static final DescribedPredicate<JavaClass> MESH = module("mesh");
  private static final DescribedPredicate<JavaClass> STORE = module("store");
  private static final DescribedPredicate<JavaClass> PRESENCE = module("presence");
  private static final DescribedPredicate<JavaClass> BLOB = module("blob");
  private static final DescribedPredicate<JavaClass> RELAY = module("relay");
  private static final DescribedPredicate<JavaClass> CLIENT = module("client");
  private static final DescribedPredicate<JavaClass> CLI = module("cli");
  private static final DescribedPredicate<JavaClass> STANDALONE = module("standalone");
  private static final DescribedPredicate<JavaClass> SERVICES =
      STORE.or(PRESENCE).or(BLOB).or(RELAY).as("the services");
  private static final DescribedPredicate<JavaClass> SERVERS =
      MESH.or(SERVICES).or(STANDALONE).as("the servers");
  private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("sotto..");

  @ArchTest static final ArchRule proto_knowsNoOtherModule = mayKnow(PROTO, PROTO);
  @ArchTest static final ArchRule mesh_knowsProtoAndChain = mayKnow(MESH, PROTO.or(CHAIN));

  @ArchTest
  static final ArchRule store_knowsNoOtherServiceButGroups =
      mayKnow(STORE, PROTO.or(CHAIN).or(GROUP).or(MESH));

  @ArchTest static final ArchRule presence_knowsNoOtherService = service(PRESENCE);
  @ArchTest static final ArchRule blob_knowsNoOtherService = service(BLOB);
  @ArchTest static final ArchRule relay_knowsNoOtherService = service(RELAY);
  @ArchTest static final ArchRule crypto_knowsOnlyTheChain = mayKnow(CRYPTO, CHAIN);

  @ArchTest
  static final ArchRule client_knowsNeitherMeshNorServices =
      mayKnow(CLIENT, PROTO.or(CHAIN).or(GROUP).or(CRYPTO));

  @ArchTest static final ArchRule cli_knowsOnlyTheClient = mayKnow(CLI, CLIENT.or(CHAIN).or(GROUP));

  @ArchTest
  static final ArchRule standalone_knowsOnlyServers =
      mayKnow(STANDALONE, SERVERS.or(PROTO).or(CHAIN));

  @ArchTest
  static final ArchRule chain_knowsOnlyTheJdkAndEd25519 =
      classes()
          .that(CHAIN)
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "sotto.chain..", "java..", "org.jspecify..", "org.bouncycastle.math.ec.rfc8032"));

  @ArchTest
  static final ArchRule group_knowsOnlyTheChain =
      classes()
          .that(GROUP)
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage("sotto.chain..", "java..", "org.jspecify..").or(GROUP));

  @ArchTest
  static final ArchRule servers_neverSeeContentOrKeys =
      noClasses()
          .that(SERVERS)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "sotto.content..",
                  "sotto.archive..",
                  "sotto.link..",
                  "sotto.client..",
                  "sotto.crypto.."));

  @ArchTest
  static final ArchRule libsignal_isForCryptoAndTheStoresCertificates =
      noClasses()
          .that(OURS.and(DescribedPredicate.not(CRYPTO.or(STORE).or(module("libsignal")))))
          .should()
          .dependOnClassesThat(resideInAPackage("org.signal.."));

  @ArchTest
  static final ArchRule crypto_hasNoNetworkAndNoSql =
      noClasses()
          .that(CRYPTO)
          .should()
          .dependOnClassesThat(resideInAnyPackage(NETWORK).or(resideInAnyPackage(SQL)));

  @ArchTest
  static final ArchRule cli_hasNoNetworkAndNoSql =
      noClasses()
          .that(CLI)
          .should()
          .dependOnClassesThat(resideInAnyPackage(NETWORK).or(resideInAnyPackage(SQL)));

  @ArchTest
  static final ArchRule nobodyElse_reachesIntoTheClient =
      noClasses()
          .that(OURS.and(DescribedPredicate.not(CLIENT)))
          .should()
          .dependOnClassesThat(resideInAPackage("sotto.client.internal.."));

  @ArchTest
  static final ArchRule client_knowsNoInternalService =
      noClasses()
          .that(CLIENT)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("sotto.mailbox.v1..", "sotto.presence.v1..", "sotto.peer.v1.."));

  @ArchTest
  static final ArchRule sql_isForStoreAndClient =
      noClasses()
          .that(OURS.and(DescribedPredicate.not(STORE.or(CLIENT))))
          .should()
          .dependOnClassesThat(resideInAnyPackage(SQL));

  /// The classes of the module whose root package is `sotto.name`, without generated ones of that
  /// name.
  private static DescribedPredicate<JavaClass> module(String name) {
    return resideInAPackage("sotto." + name + "..")
        .and(resideOutsideOfPackages(GENERATED))
        .as(name);
  }

  private static ArchRule service(DescribedPredicate<JavaClass> service) {
    return mayKnow(service, PROTO.or(CHAIN).or(MESH));
  }

  /// `module` depends on no class of ours but its own and those in `known`.
  private static ArchRule mayKnow(
      DescribedPredicate<JavaClass> module, DescribedPredicate<JavaClass> known) {
    return noClasses()
        .that(module)
        .should()
        .dependOnClassesThat(OURS.and(DescribedPredicate.not(module.or(known))));
  }
}
