extension WordList {
    static let english: [WordList] = [
        list(
            "harassment",
            """
            0.6: idiot | stupid bot | moron | loser | dumbass | jackass | scumbag | shut up you
            0.75: asshole* | bastard* | bitch* | motherfucker* | fuck you | fuck off | screw you | piece of shit
            0.75: you are worthless | you are pathetic | nobody likes you | everyone hates you | you disgust me
            0.85: go to hell you | hope you suffer | i hate you so much you
            """),
        list(
            "harassment/threatening",
            """
            0.9: i will kill you | i am going to kill you | im going to kill you | i will hurt you | i will find you and
            0.9: you will pay with your life | you are dead meat | i will beat you up | i will burn your house
            0.85: i know where you live | watch your back | i will break your | i will rape
            """),
        list(
            "hate",
            """
            0.8: kike* | spic | chink | wetback | raghead | towelhead | nigger* | faggot* | tranny | paki scum
            0.8: all _ are terrorists | all _ are vermin | all _ are rapists | all _ are thieves
            0.85: subhuman* | inferior race | master race | ethnic cleansing is good | gas the jews
            """),
        list(
            "hate/threatening",
            """
            0.95: kill all _ | exterminate all _ | exterminate the _ | wipe out all _ | burn all _ | death to all _
            0.95: shoot all _ | hang all _ | lynch the _ | lynch all _
            """),
        list(
            "self-harm",
            """
            0.7: suicide | suicidal | self harm | selfharm | self injury | cutting myself | hurting myself
            0.7: overdose on | starve myself | purging after
            """),
        list(
            "self-harm/intent",
            """
            0.95: kill myself | killing myself | end my life | ending my life | take my own life | taking my own life
            0.9: want to die | wanna die | wish i was dead | wish i were dead | better off dead | no reason to live
            0.9: do not want to live | dont want to live | dont want to be alive | cut myself | hurt myself | hang myself
            0.9: i am suicidal | im suicidal | feeling suicidal | shoot myself | jump off the bridge
            """),
        list(
            "self-harm/instructions",
            """
            0.95: how to kill myself | how to commit suicide | how do i kill myself | ways to kill myself
            0.95: painless way to die | painless suicide | easiest way to die | suicide method* | lethal dose of
            0.9: how to cut myself | how to tie a noose | how many pills to die | how many pills will kill
            0.95: you should kill yourself | kill yourself
            """),
        list(
            "violence",
            """
            0.7: kill him | kill her | kill them | stab him | stab her | shoot him | shoot her | beat her up | murder someone
            0.75: strangle* him | strangle* her | slit his throat | slit her throat | torture him | torture her
            0.75: mass shooting | school shooting | acid attack | behead*
            """),
        list(
            "violence/graphic",
            """
            0.8: disembowel* | dismember* | mutilated body | mutilated corpse | brains splattered | severed head
            0.8: gouged out | blood gushing | flayed alive | intestines spilling | rotting corpse
            """),
        list(
            "illicit",
            """
            0.8: buy cocaine | buy heroin | buy meth | sell drugs | cook meth | make meth | make lsd | fake passport
            0.8: counterfeit money | launder money | money laundering method* | stolen credit card* | carding tutorial
            0.75: hack into someone | hack his account | hack her account | hack whatsapp | steal password* | make a phishing
            0.75: pick a lock to | shoplift without | evade tax* | fake prescription | without a prescription buy
            """),
        list(
            "illicit/violent",
            """
            0.95: make a bomb | build a bomb | how to make a pipe bomb | make explosives | make a molotov | make napalm
            0.95: make nerve gas | make ricin | make sarin | make poison to kill | ghost gun | hire a hitman | hire a killer
            0.9: 3d print a gun | untraceable gun | how to poison someone | plan a terror attack | join isis
            """),
        list(
            "sexual",
            """
            0.6: porn* | nude pic* | nudes | sexting | horny | erotic stor* | xxx video*
            0.8: blowjob* | handjob* | cumshot* | deepthroat* | gangbang* | masturbat* video* | suck my dick | fuck me hard
            0.8: explicit sex scene | describe sex in detail | have sex with me | hardcore sex
            """),
        list(
            "sexual/minors",
            """
            0.98: child porn* | kiddie porn* | cp video* | child sexual | sexual child | lolicon | shotacon | underage sex
            0.98: underage nude* | underage porn* | sex with a child | sex with a minor | sex with minors | teen nudes
            0.98: nude child* | naked child pic* | minor nudes | sexy little girl | preteen sex*
            """),
    ]

    private static func list(_ category: String, _ text: String) -> WordList {
        WordList(category: category, language: .english, text: text)
    }
}
