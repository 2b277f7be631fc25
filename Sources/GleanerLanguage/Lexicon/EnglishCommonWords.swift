/// More frequent English words, in no order of topics.
enum EnglishCommonWords {
    static let all = [
        """
        access accident account accurate achieve across act actual adapt adult advantage advice affair affect afford afraid
        agency aim air alarm alert alive allow ancient angle animal annoy apart appeal appoint approach appropriate argue arm
        arrange arrest aside asleep aspect assist assume attack attempt attend attract author authority average award aware
        background balance band bar bare base basis bath beach bear beat beauty behave benefit bet beyond bird birth bite blame
        blank bless blow blue board boat border bother bottom bowl box brain branch bridge brief broad brown budget bug burn
        burst bush button cabin calendar calm camp capable capital captain capture casual category ceiling celebrity cell
        century ceremony chain challenge champion channel chapter character charm chart chase cheat chemical chest chief chop
        circle citizen civil claim classic classroom climb clinic clock cloth clothes cloud club coast coat code collar collect
        combine comedy comfort comfortable command comment commit communicate compete complain concentrate concept concern
        concert conclude conduct conflict confuse connection consequence constant construct contact contain content contest
        context contract contribute convenient conversation convince copy corner correct count country courage crash create
        creative credit crew crime criminal crisis critical crop cross crowd cruel crush cultural cup curious currency curtain
        curve custom date dead deaf dear debate debt decade decent declare decline decrease deep defeat defend degree delay
        demand dentist deny depart depend depth deserve desire desk destroy detail detect device dial diary dictionary
        difficulty dig dignity dinner direct direction disappear disaster discover disease dish distant district divide divorce
        document double doubt dozen draft drag drama dream drop dry due dull duty dust eager earth ease east edge editor educate
        effective efficient elder elect electric element elephant embarrass employ employee encourage enemy engage engine
        engineer enormous ensure enter entire entrance environment equal equipment escape estimate evidence exact examine
        exchange excite excuse executive exist exit expand expense experiment expert expose express extend extreme factor
        factory fail failure fair faith fake false familiar fancy farm farmer fashion fault favor favour fear feed fellow female
        fence fiction fifty fig fight fill final finger firm fishing flag flat flavor flexible float flood flower focus fold folk
        foreign forest formal former fortune forty frame frequent freeze frozen fuel funeral gain gallery gap garage garden gate
        gather generate generation gentle genuine giant glad global goal god gold golf govern grade grand grandfather grandmother
        grant grass grateful grave green greet grey ground guard guess guest guilty gun habit hang happen hardly harm hat heaven
        height hell hero hide highlight hill hire honor horse host huge human humor hundred hungry hunt hurry hurt ice ideal
        identify ignore illness imagine immediate immune impact impress include income independent indicate individual infect
        inform initial injure inner innocent insect inspire instance instant instruct instrument intelligent intend invent
        invite iron island item jacket jail join journey judge juice jump junior justice key keyboard kick king kiss knee knife
        knock lack lady lake lamp language largely laser launch lawyer layer leaf lean leather leg legal lemon length lesson
        library lid lift limit link lip liquid listen literature load loan local lock logic loose loud lower luck lucky lunch
        machine mad magazine magic maintain male marry mass master matter maximum maybe meal mechanic media melt memory mention
        merchant mercy merge mess metal method midnight military million mirror missing mission mistake mixture modest monitor
        monkey mood moon motor mountain mouse mouth murder museum mystery narrow nasty nature neat necessary needle negative
        nerve nervous newspaper noise none normal northern notice novel nuclear object observe obtain obvious occasion occur
        ocean odd offend officer oil onion operate opinion oppose orange ordinary organ original outcome output outside oven
        owner pack pair palace panel panic pants park partner pattern pause peace peak peanut peel pen pencil per percent
        perform permission permit persuade phase phrase piece pilot pink pipe pitch planet plant plate platform please pleasure
        plenty pocket poetry poison pole politics pollute pool port portion pose possess potato pound pour powder power praise
        pray precious predict presence president press price pride priest prince princess principal prison privacy prize
        procedure profession professor profit progress promise proof proper property propose proud prove pure purpose push
        quarter queen quiet quit quiz rabbit race radio rail rapid rare raw ray react recall recognize record red reel refer
        reflect refresh regard region regret relate relative relevant relief religion rely remind rent repeat replace represent
        request require rescue resist resource respect responsible rest restaurant retire reveal reverse reward rid ring rise
        river rob robot rock roll roof root rope rough route row royal rub rude ruin rush salad sample sand satisfy scale scan
        scared scene science scientist scope scream screenshot sea seat secret secretary section secure seed select self senior
        sense sensitive separate sequence session settle severe sex shake shame shape sharp shelf shine ship shock shoot shore
        shoulder shout shower shut shy sight silence silent silly silver similar single sink sister skill skip sky slice slide
        slight slip smell smoke smooth snake snow sock soft soil soldier solid somewhat song sort soul sound spare spark special
        species specific speech spell spirit split spoil spoon spot spread spring square stable staff stage stain stair stamp
        standard stare state steal steel stick stomach stone strategy stream stretch strict strike struggle stuff subscribe
        subscription substance succeed success sudden suit surface surprise surround survey survive suspect swear sweat swim
        swing switch symbol sympathy tail talent talk tall tank tap task taste teenager tell tend tennis tent terms tension text
        texture theory thick thin thirsty thread threat throw thumb tie tight tiny tired title tone tongue tool tooth top total
        touch tough tour tower toy track trade tradition trail transport trap treasure tree trend trial trouble truck trust truth
        twice twin ugly ultimate umbrella unique unit universe upset urban usual vacation valley valuable van variety various
        vast version victim village violence virtual vision vital volume vote wage warn waste wave weapon web weigh whisper
        white wide wild willing wind wine wing winner wire wise witness wonder wood wool worth wound wrap writer yard yell yellow
        young zero zone apple banana mango hang boring kilo grams meter reels insta net mechanic
        """
    ]
}
